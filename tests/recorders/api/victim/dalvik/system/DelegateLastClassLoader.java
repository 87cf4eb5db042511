package dalvik.system;

public class DelegateLastClassLoader extends PathClassLoader {
    public DelegateLastClassLoader(String dexPath, ClassLoader parent) { super(dexPath, parent); }
}
