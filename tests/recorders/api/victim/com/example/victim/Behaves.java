package com.example.victim;

import android.app.Activity;
import android.app.AppComponentFactory;
import android.app.ContextImpl;
import android.app.Instrumentation;
import android.content.ComponentName;
import android.content.Intent;
import android.view.InputEvent;
import android.view.InputEventReceiver;
import android.view.KeyEvent;
import android.view.MotionEvent;
import android.webkit.CookieManager;
import android.webkit.WebView;
import dalvik.system.DelegateLastClassLoader;
import dalvik.system.DexClassLoader;
import dalvik.system.InMemoryDexClassLoader;
import java.nio.ByteBuffer;

/** Does what apps do besides reading. */
public class Behaves {
    private static final ClassLoader LOADER = Behaves.class.getClassLoader();

    public static class Main extends Activity {
        @Override
        public void onRequestPermissionsResult(int code, String[] permissions, int[] results) {
            super.onRequestPermissionsResult(code, permissions, results);
        }
    }

    static class Cookies extends CookieManager {
        @Override
        public void setCookie(String url, String value) {}
    }

    public static String run(String what, String path) throws Exception {
        ContextImpl context = new ContextImpl();
        switch (what) {
            case "permissions": {
                Activity main = new Main();
                context.checkSelfPermission("android.permission.CAMERA");
                context.checkSelfPermission("android.permission.READ_SMS");
                main.shouldShowRequestPermissionRationale("android.permission.CAMERA");
                main.requestPermissions(new String[] {"android.permission.CAMERA", "android.permission.READ_SMS"}, 7);
                return "done";
            }
            case "components": {
                new AppComponentFactory().instantiateReceiver(
                        LOADER, "com.example.victim.Boot", new Intent("android.intent.action.BOOT_COMPLETED", null));
                context.startService(new Intent(null, new ComponentName("com.other.app", "com.other.app.Push")));
                Instrumentation system = new Instrumentation();
                Activity main = system.newActivity(LOADER, Main.class.getName(), new Intent("android.intent.action.MAIN", null));
                system.callActivityOnStart(main);
                context.startActivity(new Intent("android.intent.action.VIEW", null));
                context.sendBroadcast(new Intent(null, new ComponentName("com.example.victim", "com.example.victim.Own")));
                system.callActivityOnStop(main);
                context.startService(new Intent(null, new ComponentName("com.example.victim", "com.example.victim.Work")));
                return "done";
            }
            case "touches": {
                InputEventReceiver window = new InputEventReceiver() {
                    @Override
                    public void onInputEvent(InputEvent event) {
                        context.checkSelfPermission("android.permission.CAMERA");
                    }
                };
                window.fromNative(new KeyEvent(), false);
                window.fromNative(new MotionEvent(0, 10, 20), false); // down
                window.fromNative(new MotionEvent(2, 11, 21), false); // moved
                window.fromNative(new MotionEvent(1, 11.6f, 21.2f), false); // up
                window.fromNative(new MotionEvent(0x106, 50, 60), false); // another finger up
                window.fromNative(new MotionEvent(1, 300, 400), true);
                window.onInputEvent(new MotionEvent(1, 7, 7)); // the app's own doing
                return "done";
            }
            case "code":
                new DexClassLoader(path + ":/no/such/file.dex", null, null, LOADER);
                new InMemoryDexClassLoader(ByteBuffer.wrap(new byte[] {9, 'd', 'e', 'x'}, 1, 3), LOADER);
                System.load(path);
                return "done";
            case "delegate":
                new DelegateLastClassLoader(path, LOADER);
                return "done";
            case "noloader":
                new java.net.URLClassLoader(new java.net.URL[0], LOADER).close(); // of Java, which phones lack
                return "done";
            case "web": {
                WebView view = new WebView();
                view.loadUrl("https://h5.example/?id=1");
                view.evaluateJavascript("report()", null);
                view.addJavascriptInterface(new Behaves(), "native");
                CookieManager cookies = new Cookies();
                cookies.setCookie("https://h5.example/", "uid=1");
                return "done";
            }
            default: return "?";
        }
    }
}
