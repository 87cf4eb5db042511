package com.android.internal.os;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the system told this process when it bound an app to it: the app, the phone, its identity. */
public final class Binding {
    private static volatile Map<String, Object> message = Collections.emptyMap();
    private static final Set<String> granted = Collections.synchronizedSet(new HashSet<>());

    private Binding() {}

    static void set(Map<String, Object> bind) {
        message = bind;
        granted.clear();
        granted.addAll(Link.texts(bind.get("granted")));
    }

    public static String packageName() {
        return text("package");
    }

    /** The process's name: the package, or `package:suffix`. */
    public static String process() {
        String process = text("process");
        return process.isEmpty() ? packageName() : process;
    }

    /** API level of the phone. */
    public static int sdk() {
        return (int) number(message.get("sdk"), 28);
    }

    /** API level the app was made for. */
    public static int targetSdk() {
        return (int) number(message.get("target_sdk"), Math.min(sdk(), 28));
    }

    public static int uid() {
        return (int) number(message.get("uid"), 10_100);
    }

    public static String text(String key) {
        Object value = message.get(key);
        return value == null ? "" : value.toString();
    }

    public static List<String> texts(String key) {
        return Link.texts(message.get(key));
    }

    public static int port(String key) {
        return (int) number(message.get(key), 0);
    }

    /** Density in dots per inch. */
    public static int density() {
        return (int) number(message.get("density"), 440);
    }

    /** Width and height of the screen in pixels. */
    public static int[] screen() {
        Object value = message.get("screen");
        if (value instanceof List && ((List<?>) value).size() == 2) {
            List<?> screen = (List<?>) value;
            return new int[] {(int) number(screen.get(0), 1080), (int) number(screen.get(1), 2160)};
        }
        return new int[] {1080, 2160};
    }

    public static Map<String, String> extras() {
        Map<String, String> extras = new java.util.LinkedHashMap<>();
        if (message.get("extras") instanceof Map) {
            ((Map<?, ?>) message.get("extras"))
                    .forEach((key, value) -> extras.put(String.valueOf(key), String.valueOf(value)));
        }
        return extras;
    }

    /** A value of the phone's identity, such as `imei`; null where the phone has none. */
    public static String identity(String key) {
        Object value = identityValue(key);
        return value == null || value.toString().isEmpty() ? null : value.toString();
    }

    public static double coordinate(String key) {
        Object value = identityValue(key);
        return value instanceof Number ? ((Number) value).doubleValue() : 0;
    }

    private static Object identityValue(String key) {
        return message.get("identity") instanceof Map
                ? ((Map<?, ?>) message.get("identity")).get(key)
                : null;
    }

    /** The system grants or revokes at any time, so it is asked; its last word is kept. */
    public static boolean isGranted(String permission) {
        Object answer;
        try {
            answer = Link.call("permission", "check", permission);
        } catch (RuntimeException e) {
            return granted.contains(permission);
        }
        if (Boolean.TRUE.equals(answer)) {
            granted.add(permission);
        } else {
            granted.remove(permission);
        }
        return Boolean.TRUE.equals(answer);
    }

    /** SecurityException with the platform's text unless one of the permissions is held. */
    public static void require(String what, String... permissions) {
        for (String permission : permissions) {
            if (isGranted(permission)) {
                return;
            }
        }
        throw new SecurityException(
                what + ": Neither user " + uid() + " nor current process has " + permissions[0] + ".");
    }

    static double number(Object value, double otherwise) {
        return value instanceof Number ? ((Number) value).doubleValue() : otherwise;
    }
}
