package android.app;

import android.content.Intent;

/** As far as the victim needs it. */
public class AppComponentFactory {
    public Object instantiateReceiver(ClassLoader loader, String name, Intent intent) { return name; }

    public Object instantiateService(ClassLoader loader, String name, Intent intent) { return name; }
}
