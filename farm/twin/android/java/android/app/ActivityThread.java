package android.app;

import com.android.internal.os.Binding;

/** The process's main thread, as far as others ask it. */
public final class ActivityThread {
    private ActivityThread() {}

    /** The package that the system bound to this process; null: none yet. */
    public static String currentPackageName() {
        String name = Binding.packageName();
        return name.isEmpty() ? null : name;
    }
}
