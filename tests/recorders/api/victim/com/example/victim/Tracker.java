package com.example.victim;

/** The Java side of a native library that reads around the Java APIs. */
public class Tracker {
    public static native String property(String name);
    public static native String open(String path);
    public static native String search();
    public static native String hardware();
    public static native String shell();
    public static native int flutter(boolean trusted);
    public static native String tls(int port);
    /** Calls a function by its name; see native/every.c. */
    public static native String call(String function, String[] arguments);
}
