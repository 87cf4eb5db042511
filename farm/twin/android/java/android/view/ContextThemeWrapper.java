package android.view;

import android.content.ContextWrapper;

/** A context with a theme. */
public class ContextThemeWrapper extends ContextWrapper {
    public ContextThemeWrapper() {
        super(null);
    }
}
