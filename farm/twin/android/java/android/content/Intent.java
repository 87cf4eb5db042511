package android.content;

import android.net.Uri;
import android.os.Bundle;

/** What to do, and with what. */
public class Intent {
    public static final String ACTION_MAIN = "android.intent.action.MAIN";
    public static final String ACTION_VIEW = "android.intent.action.VIEW";
    public static final String CATEGORY_LAUNCHER = "android.intent.category.LAUNCHER";
    public static final int FLAG_ACTIVITY_NEW_TASK = 0x10000000;

    private String action;
    private Uri data;
    private ComponentName component;
    private Bundle extras;
    private int flags;

    public Intent() {}

    public Intent(String action) {
        this.action = action;
    }

    public Intent(String action, Uri data) {
        this.action = action;
        this.data = data;
    }

    public Intent(Context context, Class<?> type) {
        this.component = new ComponentName(context, type);
    }

    public String getAction() {
        return action;
    }

    public Uri getData() {
        return data;
    }

    public ComponentName getComponent() {
        return component;
    }

    public Intent setComponent(ComponentName component) {
        this.component = component;
        return this;
    }

    public Intent setClassName(String packageName, String className) {
        return setComponent(new ComponentName(packageName, className));
    }

    public Intent addFlags(int flags) {
        this.flags |= flags;
        return this;
    }

    public Intent addCategory(String category) {
        return this;
    }

    public Intent putExtra(String name, String value) {
        if (extras == null) {
            extras = new Bundle();
        }
        extras.putString(name, value);
        return this;
    }

    public String getStringExtra(String name) {
        return extras == null ? null : extras.getString(name);
    }

    public Bundle getExtras() {
        return extras;
    }
}
