package dalvik.system;

public class PathClassLoader extends ClassLoader {
    public PathClassLoader(String dexPath, ClassLoader parent) { super(parent); }
}
