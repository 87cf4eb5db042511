package android.provider;

public final class Settings {
    public static final class Secure {
        public static String getString(Object resolver, String key) { return "value of " + key; }
    }
}
