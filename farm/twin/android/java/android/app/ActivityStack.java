package android.app;

import android.content.Intent;
import android.os.Bundle;
import com.android.internal.os.Link;
import java.util.ArrayList;
import java.util.List;

/** The activities of this process, driven by the system. */
public final class ActivityStack {
    static final Instrumentation INSTRUMENTATION = new Instrumentation();
    static Application application;
    private static final List<Activity> STACK = new ArrayList<>();

    private ActivityStack() {}

    static Activity top() {
        synchronized (STACK) {
            return STACK.isEmpty() ? null : STACK.get(STACK.size() - 1);
        }
    }

    /** Creates an activity and brings it to the front. */
    public static void launch(String name, Intent intent) {
        Activity activity;
        try {
            String type = name.startsWith(".") ? application.getPackageName() + name : name;
            activity = INSTRUMENTATION.newActivity(application.getClassLoader(), type, intent);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new RuntimeException("Unable to instantiate activity " + name + ": " + e, e);
        }
        Activity below = top();
        if (below != null) {
            below.moveTo("pause");
        }
        synchronized (STACK) {
            STACK.add(activity);
        }
        activity.attach(application, intent);
        INSTRUMENTATION.callActivityOnCreate(activity, new Bundle());
        activity.moveTo("resume");
        activity.show();
        if (below != null) {
            below.moveTo("stop");
        }
    }

    /** The system says in which state an activity is now. */
    public static void lifecycle(String name, String state) {
        List<Activity> activities;
        synchronized (STACK) {
            activities = new ArrayList<>(STACK);
        }
        for (int i = activities.size() - 1; i >= 0; i--) {
            if (activities.get(i).getClass().getName().equals(name)) {
                activities.get(i).moveTo(state);
                return;
            }
        }
    }

    /** The user's answer to a permission request. */
    public static void permissionResult(int request, Object granted) {
        Activity activity = top();
        if (activity != null && granted instanceof List) {
            activity.permissionResult(request, (List<?>) granted);
        }
    }

    static void finish(Activity activity) {
        synchronized (STACK) {
            if (!STACK.remove(activity)) {
                return;
            }
        }
        activity.moveTo("destroy");
        Link.send("op", "finish", "activity", activity.getClass().getName());
    }
}
