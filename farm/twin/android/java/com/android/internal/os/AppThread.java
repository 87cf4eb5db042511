package com.android.internal.os;

import android.app.Activity;
import android.app.AppComponentFactory;
import android.app.Application;
import android.app.ActivityStack;
import android.content.BroadcastReceiver;
import android.content.ContentProvider;
import android.content.Context;
import android.content.Intent;
import android.app.Service;
import android.content.pm.ManifestFacts;
import android.view.Windows;
import dalvik.system.PathClassLoader;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The main thread of an app: binds the app, then does what the system says, in its order. */
final class AppThread {
    private static final AppComponentFactory COMPONENTS = new AppComponentFactory();
    private Application application;

    void handle(Map<String, Object> message) {
        switch (String.valueOf(message.get("op"))) {
            case "bind":
                bind(message);
                break;
            case "click":
                Windows.click(text(message, "window"), number(message, "view"),
                        number(message, "x"), number(message, "y"));
                break;
            case "long_click":
                Windows.longClick(text(message, "window"), number(message, "view"));
                break;
            case "text":
                Windows.type(text(message, "window"), number(message, "view"), text(message, "text"));
                break;
            case "key":
                if ("back".equals(message.get("key"))) {
                    Windows.back();
                }
                break;
            case "start_activity":
                ActivityStack.launch(text(message, "activity"), new Intent());
                break;
            case "receive":
                receive(text(message, "receiver"), text(message, "action"));
                break;
            case "lifecycle":
                ActivityStack.lifecycle(text(message, "activity"), text(message, "state"));
                break;
            case "permission_result":
                ActivityStack.permissionResult(number(message, "request"), message.get("granted"));
                break;
            case "trust":
                Network.trust(Link.texts(message.get("certificates")));
                break;
            default:
                break;
        }
    }

    private void bind(Map<String, Object> message) {
        Binding.set(message);
        android.os.Build.bind();
        Network.bind();
        WifiInterface.install();
        java.util.Locale.setDefault(java.util.Locale.forLanguageTag(
                Binding.text("locale").isEmpty() ? "zh-CN" : Binding.text("locale").replace('_', '-')));
        PathClassLoader loader;
        ManifestFacts manifest;
        try {
            loader = new PathClassLoader(Binding.texts("apks"), AppThread.class.getClassLoader());
            manifest = ManifestFacts.read(loader);
        } catch (IOException e) {
            throw new RuntimeException("Unable to open the application's APK: " + e.getMessage(), e);
        }
        Thread.currentThread().setContextClassLoader(loader);
        application = create(loader, manifest.application, Application.class);
        application.attach(loader, manifest);
        // As on a phone: providers come up before the application's onCreate.
        for (String name : manifest.providers) {
            provider(loader, name).attachInfo(application);
        }
        application.onCreate();
        String activity = Binding.text("activity");
        String process = Binding.process();
        if ("broadcast".equals(Binding.text("cause"))) {
            return; // the system says next which receiver is meant
        }
        if (process.equals(Binding.packageName())) {
            ActivityStack.launch(activity.isEmpty() ? manifest.mainActivity : activity, intent());
        } else {
            startServices(application, loader, manifest.servicesOf(process));
        }
    }

    private void receive(String name, String action) {
        Intent intent = new Intent(action);
        BroadcastReceiver receiver;
        try {
            receiver = COMPONENTS.instantiateReceiver(application.getClassLoader(), name, intent);
        } catch (ReflectiveOperationException e) {
            throw new RuntimeException("Unable to instantiate receiver " + name + ": " + e, e);
        }
        receiver.onReceive(application, intent);
    }

    private static Intent intent() {
        Intent intent = new Intent(Intent.ACTION_MAIN);
        Binding.extras().forEach(intent::putExtra);
        return intent;
    }

    private static void startServices(Context context, ClassLoader loader, List<String> names) {
        for (String name : names) {
            Service service = service(loader, name);
            service.attachBaseContext(context);
            service.onCreate();
            service.onStartCommand(new Intent(), 0, 1);
        }
    }

    private static ContentProvider provider(ClassLoader loader, String name) {
        try {
            return COMPONENTS.instantiateProvider(loader, name);
        } catch (ReflectiveOperationException e) {
            throw new RuntimeException("Unable to get provider " + name + ": " + e, e);
        }
    }

    private static Service service(ClassLoader loader, String name) {
        try {
            return COMPONENTS.instantiateService(loader, name, new Intent());
        } catch (ReflectiveOperationException e) {
            throw new RuntimeException("Unable to instantiate service " + name + ": " + e, e);
        }
    }

    private static <T> T create(ClassLoader loader, String name, Class<T> kind) {
        try {
            return kind.cast(loader.loadClass(name).getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new RuntimeException("Unable to instantiate " + name + ": " + e, e);
        }
    }

    private static String text(Map<String, Object> message, String key) {
        Object value = message.get(key);
        return value == null ? "" : value.toString();
    }

    private static int number(Map<String, Object> message, String key) {
        return (int) Binding.number(message.get(key), -1);
    }
}
