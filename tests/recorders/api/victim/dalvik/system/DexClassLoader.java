package dalvik.system;

/** As far as the victim needs it. */
public class DexClassLoader extends ClassLoader {
    public DexClassLoader(String dexPath, String optimized, String libraries, ClassLoader parent) {
        super(parent);
    }
}
