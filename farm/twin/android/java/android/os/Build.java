package android.os;

import android.Manifest;
import com.android.internal.os.Binding;

/** What the phone is. */
public class Build {
    public static final String UNKNOWN = "unknown";
    public static String MODEL = UNKNOWN;
    public static String MANUFACTURER = UNKNOWN;
    public static String BRAND = UNKNOWN;
    public static String DEVICE = UNKNOWN;
    public static String PRODUCT = UNKNOWN;
    public static String FINGERPRINT = UNKNOWN;
    public static String HARDWARE = UNKNOWN;
    public static String DISPLAY = UNKNOWN;
    public static String SERIAL = UNKNOWN;
    public static String[] SUPPORTED_ABIS = {"arm64-v8a", "armeabi-v7a", "armeabi"};

    /** Which Android the phone runs. */
    public static class VERSION {
        public static int SDK_INT = 28;
        public static String RELEASE = "9";
        public static String INCREMENTAL = UNKNOWN;
    }

    /** Known levels. */
    public static class VERSION_CODES {
        public static final int LOLLIPOP_MR1 = 22;
        public static final int M = 23;
        public static final int N = 24;
        public static final int O = 26;
        public static final int O_MR1 = 27;
        public static final int P = 28;
        public static final int Q = 29;
        public static final int R = 30;
        public static final int S = 31;
        public static final int TIRAMISU = 33;
    }

    /** Takes the values of the phone this process was bound on; called once by the system. */
    public static void bind() {
        MODEL = value("model");
        MANUFACTURER = value("manufacturer");
        BRAND = value("brand");
        DEVICE = value("device");
        PRODUCT = value("product");
        FINGERPRINT = value("fingerprint");
        VERSION.SDK_INT = Binding.sdk();
        VERSION.RELEASE = value("android_version");
        // Since Android 8 the field is empty of meaning for apps that target it; hidden from all on 9.
        boolean readable = Binding.sdk() < 28 && Binding.targetSdk() < 26;
        String serial = Binding.identity("serial");
        SERIAL = readable && serial != null ? serial : UNKNOWN;
    }

    private static String value(String key) {
        String text = Binding.text(key);
        return text.isEmpty() ? UNKNOWN : text;
    }

    public static String getSerial() {
        if (Binding.sdk() >= 29) {
            throw new SecurityException("getSerial: The user " + Binding.uid()
                    + " does not meet the requirements to access device identifiers.");
        }
        Binding.require("getSerial", Manifest.permission.READ_PHONE_STATE);
        return Binding.identity("serial");
    }

    public static String getRadioVersion() {
        return SystemProperties.get("gsm.version.baseband", UNKNOWN);
    }
}
