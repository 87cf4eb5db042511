package com.android.internal.os;

import java.security.KeyStore;

/** The phone's certificate store, for code that builds its own TrustManagerFactory from it. */
public final class SystemTrust {
    private static volatile KeyStore store;

    private SystemTrust() {}

    static void set(KeyStore value) {
        store = value;
    }

    /** What `KeyStore.getInstance("AndroidCAStore")` holds on a phone. */
    public static KeyStore store() {
        return store;
    }
}
