package android.app;

import android.content.BroadcastReceiver;
import android.content.ContentProvider;
import android.content.Intent;

/** Makes the components that the system brings to life. */
public class AppComponentFactory {
    public Service instantiateService(ClassLoader cl, String className, Intent intent)
            throws ReflectiveOperationException {
        return (Service) cl.loadClass(className).getDeclaredConstructor().newInstance();
    }

    public BroadcastReceiver instantiateReceiver(ClassLoader cl, String className, Intent intent)
            throws ReflectiveOperationException {
        return (BroadcastReceiver) cl.loadClass(className).getDeclaredConstructor().newInstance();
    }

    public ContentProvider instantiateProvider(ClassLoader cl, String className)
            throws ReflectiveOperationException {
        return (ContentProvider) cl.loadClass(className).getDeclaredConstructor().newInstance();
    }
}
