package android.content;

/** As far as the victim needs it. */
public class Intent {
    private final String action;
    private final ComponentName component;

    public Intent(String action, ComponentName component) {
        this.action = action;
        this.component = component;
    }

    public String getAction() { return action; }

    public String getPackage() { return null; }

    public ComponentName getComponent() { return component; }
}
