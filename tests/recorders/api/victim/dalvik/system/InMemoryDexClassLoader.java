package dalvik.system;

import java.nio.ByteBuffer;

/** As far as the victim needs it. */
public class InMemoryDexClassLoader extends ClassLoader {
    public InMemoryDexClassLoader(ByteBuffer dex, ClassLoader parent) { super(parent); }
}
