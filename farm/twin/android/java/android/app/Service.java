package android.app;

import android.content.Context;
import android.content.ContextWrapper;
import android.content.Intent;

/** Work without a window. */
public abstract class Service extends ContextWrapper {
    public static final int START_STICKY = 1;
    public static final int START_NOT_STICKY = 2;

    public Service() {
        super(null);
    }

    @Override
    public void attachBaseContext(Context context) {
        super.attachBaseContext(context);
    }

    public void onCreate() {}

    public int onStartCommand(Intent intent, int flags, int startId) {
        return START_STICKY;
    }

    public final void stopSelf() {}
}
