package android.provider;

import android.content.ContentResolver;
import com.android.internal.os.Link;

/** The phone's settings. */
public final class Settings {
    private Settings() {}

    private static String read(String namespace, String name) {
        Object value = Link.call("settings", "get", namespace, name);
        return value == null ? null : value.toString();
    }

    private static int number(String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** Settings of the user that apps may read and not write. */
    public static final class Secure {
        public static final String ANDROID_ID = "android_id";
        public static final String BLUETOOTH_ADDRESS = "bluetooth_address";
        public static final String BLUETOOTH_NAME = "bluetooth_name";

        public static String getString(ContentResolver resolver, String name) {
            return read("secure", name);
        }

        public static int getInt(ContentResolver resolver, String name, int otherwise) {
            return number(getString(resolver, name), otherwise);
        }
    }

    /** Settings of the system. */
    public static final class System {
        public static final String SCREEN_BRIGHTNESS = "screen_brightness";

        public static String getString(ContentResolver resolver, String name) {
            // The Android ID moved to the secure settings; the platform answers the old way too.
            return read(Secure.ANDROID_ID.equals(name) ? "secure" : "system", name);
        }

        public static int getInt(ContentResolver resolver, String name, int otherwise) {
            return number(getString(resolver, name), otherwise);
        }
    }

    /** Settings of the device. */
    public static final class Global {
        public static final String ADB_ENABLED = "adb_enabled";
        public static final String HTTP_PROXY = "http_proxy";
        public static final String DEVICE_NAME = "device_name";

        public static String getString(ContentResolver resolver, String name) {
            return read("global", name);
        }

        public static int getInt(ContentResolver resolver, String name, int otherwise) {
            return number(getString(resolver, name), otherwise);
        }
    }
}
