package android.app;

import android.content.ContextWrapper;
import android.content.pm.ManifestFacts;

/** The app as a whole. */
public class Application extends ContextWrapper {
    public Application() {
        super(null);
    }

    public void onCreate() {}

    /** Called by the system once, before anything else of the app. */
    public final void attach(ClassLoader loader, ManifestFacts manifest) {
        ActivityStack.application = this;
        attachBaseContext(new ContextImpl(this, loader, manifest));
    }

    public static String getProcessName() {
        return com.android.internal.os.Binding.process();
    }
}
