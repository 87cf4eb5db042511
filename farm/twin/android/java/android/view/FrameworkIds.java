package android.view;

/** Names of the platform's own ids that dialogs use (android.R.id). */
final class FrameworkIds {
    private FrameworkIds() {}

    static String nameOf(int id) {
        switch (id) {
            case 0x0102000b:
                return "android:id/message";
            case 0x01020016:
                return "android:id/title";
            case 0x01020019:
                return "android:id/button1";
            case 0x0102001a:
                return "android:id/button2";
            case 0x0102001b:
                return "android:id/button3";
            case 0x01020002:
                return "android:id/content";
            default:
                return "";
        }
    }
}
