package android.content;

/** Who gets broadcasts. */
public abstract class BroadcastReceiver {
    public abstract void onReceive(Context context, Intent intent);
}
