package android.content.pm;

/** A component that answers an intent. */
public class ResolveInfo {
    public ActivityInfo activityInfo;
}
