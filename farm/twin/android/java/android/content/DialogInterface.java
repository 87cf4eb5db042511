package android.content;

/** A dialog as its listeners see it. */
public interface DialogInterface {
    int BUTTON_POSITIVE = -1;
    int BUTTON_NEGATIVE = -2;
    int BUTTON_NEUTRAL = -3;

    void dismiss();

    void cancel();

    /** Told of a button. */
    interface OnClickListener {
        void onClick(DialogInterface dialog, int which);
    }

    /** Told of the end. */
    interface OnDismissListener {
        void onDismiss(DialogInterface dialog);
    }

    /** Told of a cancellation. */
    interface OnCancelListener {
        void onCancel(DialogInterface dialog);
    }
}
