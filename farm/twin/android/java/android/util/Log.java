package android.util;

import com.android.internal.os.Link;

/** The phone's log. */
public final class Log {
    private static final int CHARACTERS = 4000;

    private Log() {}

    private static int print(String priority, String tag, String message) {
        String text = String.valueOf(message);
        Link.send("op", "log", "priority", priority, "tag", tag, "message",
                text.length() > CHARACTERS ? text.substring(0, CHARACTERS) : text);
        return text.length();
    }

    public static int v(String tag, String message) {
        return print("V", tag, message);
    }

    public static int d(String tag, String message) {
        return print("D", tag, message);
    }

    public static int i(String tag, String message) {
        return print("I", tag, message);
    }

    public static int w(String tag, String message) {
        return print("W", tag, message);
    }

    public static int w(String tag, String message, Throwable error) {
        return print("W", tag, message + ": " + error);
    }

    public static int e(String tag, String message) {
        return print("E", tag, message);
    }

    public static int e(String tag, String message, Throwable error) {
        return print("E", tag, message + ": " + error);
    }
}
