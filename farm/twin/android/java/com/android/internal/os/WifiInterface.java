package com.android.internal.os;

import java.io.File;
import java.net.URISyntaxException;

/**
 * Makes `java.net.NetworkInterface` show the phone's interfaces instead of the host's.
 *
 * <p>The library beside the runtime jar takes the place of the native methods of that class, so the
 * Java methods apps call, and hooks replace, are the JDK's own.
 */
final class WifiInterface {
    private WifiInterface() {}

    static void install() {
        File library = library();
        String mac = Binding.identity("wifi_mac");
        if (library == null || !library.isFile()) {
            return;
        }
        // Android 10 gives apps no access to hardware addresses (NetworkInterface.getHardwareAddress
        // returns null for apps targeting 30 or more, and on 11 and later).
        boolean hidden = mac == null || Binding.targetSdk() >= 30 || Binding.sdk() >= 30;
        System.load(library.getPath());
        register(hidden ? null : bytes(mac));
    }

    private static File library() {
        try {
            File jar = new File(
                    WifiInterface.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return new File(jar.getParentFile(), "libphone-network.so");
        } catch (URISyntaxException | RuntimeException e) {
            return null;
        }
    }

    private static byte[] bytes(String mac) {
        String[] parts = mac.split(":");
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i], 16);
        }
        return bytes;
    }

    private static native void register(byte[] address);
}
