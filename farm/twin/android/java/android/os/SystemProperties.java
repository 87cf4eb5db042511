package android.os;

import com.android.internal.os.Binding;
import com.android.internal.os.Link;

/** The phone's properties; hidden from apps, who reach it by reflection. */
public class SystemProperties {
    private SystemProperties() {}

    public static String get(String key) {
        return read(key, "");
    }

    public static String get(String key, String otherwise) {
        return read(key, otherwise);
    }

    /** Apart, so that one call by an app is one call to whoever watches. */
    private static String read(String key, String otherwise) {
        // The serial number's properties are readable by system apps only since Android 8.
        if (Binding.sdk() >= 26 && (key.equals("ro.serialno") || key.equals("ro.boot.serialno"))
                && Binding.targetSdk() >= 26) {
            return otherwise;
        }
        Object value = Link.call("properties", "get", key);
        return value == null || value.toString().isEmpty() ? otherwise : value.toString();
    }

    public static int getInt(String key, int otherwise) {
        try {
            return Integer.parseInt(read(key, ""));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
