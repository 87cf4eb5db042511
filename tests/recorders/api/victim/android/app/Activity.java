package android.app;

/** As far as the victim needs it. */
public class Activity {
    public final void requestPermissions(String[] permissions, int code) {
        onRequestPermissionsResult(code, permissions, new int[] {0, -1});
    }

    public boolean shouldShowRequestPermissionRationale(String permission) { return false; }

    public void onRequestPermissionsResult(int code, String[] permissions, int[] results) {}
}
