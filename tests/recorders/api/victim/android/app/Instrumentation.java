package android.app;

import android.content.Intent;

/** As far as the victim needs it. */
public class Instrumentation {
    public Activity newActivity(ClassLoader loader, String name, Intent intent) throws Exception {
        return (Activity) loader.loadClass(name).getDeclaredConstructor().newInstance();
    }

    public void callActivityOnStart(Activity activity) {}

    public void callActivityOnStop(Activity activity) {}
}
