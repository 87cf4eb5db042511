package android.content;

/** Data an app offers; libraries use it to run before the app's own code. */
public abstract class ContentProvider {
    private Context context;

    /** Called by the system once. */
    public void attachInfo(Context context) {
        this.context = context;
        onCreate();
    }

    public final Context getContext() {
        return context;
    }

    public abstract boolean onCreate();
}
