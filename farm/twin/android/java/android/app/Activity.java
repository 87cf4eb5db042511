package android.app;

import android.content.Intent;
import android.content.pm.PackageManager;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.view.ContextThemeWrapper;
import android.view.LayoutRoot;
import android.view.View;
import com.android.internal.os.Link;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A screen of an app. */
public class Activity extends ContextThemeWrapper {
    public static final int RESULT_OK = -1;
    private static int requests;

    private final Handler handler = new Handler(Looper.getMainLooper());
    private final Map<Integer, Object[]> permissionRequests = new HashMap<>();
    private LayoutRoot root;
    private Intent intent;
    private String state = "";
    private boolean finishing;
    private CharSequence title = "";

    final void attach(Application application, Intent started) {
        attachBaseContext(application);
        intent = started;
        root = new LayoutRoot("activity", getClass().getName());
        root.onBack(this::onBackPressed);
    }

    protected void onCreate(Bundle savedInstanceState) {}

    protected void onStart() {}

    protected void onResume() {}

    protected void onPause() {}

    protected void onStop() {}

    protected void onRestart() {}

    protected void onDestroy() {}

    public void onRequestPermissionsResult(int requestCode, String[] permissions, int[] grantResults) {}

    public void onBackPressed() {
        finish();
    }

    /** Calls what lies between the state it is in and the wanted one, in Android's order. */
    final void moveTo(String wanted) {
        if (state.equals(wanted) || state.equals("destroy")) {
            return;
        }
        String before = state;
        state = wanted;
        boolean visible = before.equals("resume") || before.equals("pause");
        switch (wanted) {
            case "resume":
                if (before.equals("stop")) {
                    onRestart();
                }
                if (!visible) {
                    ActivityStack.INSTRUMENTATION.callActivityOnStart(this);
                }
                onResume();
                break;
            case "pause":
                if (before.equals("resume")) {
                    onPause();
                }
                break;
            default:
                if (before.equals("resume")) {
                    onPause();
                }
                if (visible) {
                    ActivityStack.INSTRUMENTATION.callActivityOnStop(this);
                }
                if (wanted.equals("destroy")) {
                    onDestroy();
                    root.remove();
                }
                break;
        }
    }

    final void show() {
        if (!finishing) {
            root.show(title);
        }
    }

    final void permissionResult(int request, List<?> granted) {
        Object[] known = permissionRequests.remove(request);
        if (known == null) {
            return;
        }
        String[] names = (String[]) known[1];
        int[] results = new int[names.length];
        for (int i = 0; i < names.length; i++) {
            boolean yes = i < granted.size() && Boolean.TRUE.equals(granted.get(i));
            results[i] = yes ? PackageManager.PERMISSION_GRANTED : PackageManager.PERMISSION_DENIED;
        }
        onRequestPermissionsResult((int) known[0], names, results);
    }

    public final void requestPermissions(String[] permissions, int requestCode) {
        int request = ++requests;
        permissionRequests.put(request, new Object[] {requestCode, permissions.clone()});
        Link.send("op", "request_permissions", "request", request, "permissions", permissions);
    }

    public void setContentView(View view) {
        root.setContent(view);
    }

    public <T extends View> T findViewById(int id) {
        return root.find(id);
    }

    public void setTitle(CharSequence text) {
        title = text;
    }

    public Intent getIntent() {
        return intent;
    }

    public final Application getApplication() {
        return (Application) getApplicationContext();
    }

    public final void runOnUiThread(Runnable action) {
        if (Looper.getMainLooper().isCurrentThread()) {
            action.run();
        } else {
            handler.post(action);
        }
    }

    public void finish() {
        finishing = true;
        handler.post(() -> ActivityStack.finish(this));
    }

    public void finishAffinity() {
        finish();
    }

    public boolean isFinishing() {
        return finishing;
    }

    public boolean isDestroyed() {
        return state.equals("destroy");
    }

}
