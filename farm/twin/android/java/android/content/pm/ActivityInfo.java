package android.content.pm;

/** What is known of an activity. */
public class ActivityInfo {
    public String packageName;
    public String name;
}
