package android.app;

import android.content.Intent;

/** As far as the victim needs it. */
public class ContextImpl {
    public int checkSelfPermission(String permission) { return permission.endsWith("CAMERA") ? 0 : -1; }

    public void startActivity(Intent intent) {}

    public Object startService(Intent intent) { return null; }

    public void sendBroadcast(Intent intent) {}
}
