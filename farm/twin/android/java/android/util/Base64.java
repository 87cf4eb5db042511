package android.util;

/** Base64. */
public class Base64 {
    public static final int DEFAULT = 0;
    public static final int NO_PADDING = 1;
    public static final int NO_WRAP = 2;
    public static final int URL_SAFE = 8;

    public static String encodeToString(byte[] input, int flags) {
        java.util.Base64.Encoder encoder = (flags & URL_SAFE) != 0
                ? java.util.Base64.getUrlEncoder()
                : java.util.Base64.getEncoder();
        String text = ((flags & NO_PADDING) != 0 ? encoder.withoutPadding() : encoder)
                .encodeToString(input);
        return (flags & NO_WRAP) != 0 ? text : text.replaceAll("(.{76})(?=.)", "$1\n") + "\n";
    }

    public static byte[] decode(String text, int flags) {
        return (flags & URL_SAFE) != 0
                ? java.util.Base64.getUrlDecoder().decode(text.trim())
                : java.util.Base64.getMimeDecoder().decode(text);
    }
}
