package android.app;

import android.content.Context;
import android.content.ContextWrapper;
import android.content.DialogInterface;
import android.view.LayoutRoot;
import android.view.View;

/** A window above an activity. */
public class Dialog implements DialogInterface {
    private final Context context;
    private final LayoutRoot root;
    private CharSequence title = "";
    private boolean showing;
    private boolean cancelable = true;
    private OnDismissListener dismissed;
    private OnCancelListener cancelled;

    public Dialog(Context context) {
        this.context = context;
        Context owner = context;
        while (owner instanceof ContextWrapper && !(owner instanceof Activity)) {
            owner = ((ContextWrapper) owner).getBaseContext();
        }
        String name = owner instanceof Activity ? owner.getClass().getName() : "";
        root = new LayoutRoot("dialog", name);
        root.onBack(() -> {
            if (cancelable) {
                cancel();
            }
        });
    }

    public final Context getContext() {
        return context;
    }

    public void setContentView(View view) {
        root.setContent(view);
    }

    public <T extends View> T findViewById(int id) {
        return root.find(id);
    }

    public void setTitle(CharSequence text) {
        title = text;
    }

    public void setCancelable(boolean flag) {
        cancelable = flag;
    }

    public void setCanceledOnTouchOutside(boolean cancel) {}

    public void setOnDismissListener(OnDismissListener listener) {
        dismissed = listener;
    }

    public void setOnCancelListener(OnCancelListener listener) {
        cancelled = listener;
    }

    public void show() {
        showing = true;
        root.show(title);
    }

    public boolean isShowing() {
        return showing;
    }

    @Override
    public void cancel() {
        if (showing && cancelled != null) {
            cancelled.onCancel(this);
        }
        dismiss();
    }

    @Override
    public void dismiss() {
        if (!showing) {
            return;
        }
        showing = false;
        root.remove();
        if (dismissed != null) {
            dismissed.onDismiss(this);
        }
    }
}
