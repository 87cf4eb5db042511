package android.os;

/** Runs work on a looper's thread. */
public class Handler {
    private final Looper looper;

    public Handler() {
        this(Looper.myLooper());
    }

    public Handler(Looper looper) {
        if (looper == null) {
            throw new RuntimeException("Can't create handler inside thread that has not called Looper.prepare()");
        }
        this.looper = looper;
    }

    public void handleMessage(Message message) {}

    public final boolean post(Runnable work) {
        return postDelayed(work, 0);
    }

    public final boolean postDelayed(Runnable work, long delayMillis) {
        return looper.queue.add(this, work, delayMillis);
    }

    public final boolean sendMessage(Message message) {
        return post(() -> handleMessage(message));
    }

    public final boolean sendEmptyMessage(int what) {
        return sendEmptyMessageDelayed(what, 0);
    }

    public final boolean sendEmptyMessageDelayed(int what, long delayMillis) {
        Message message = Message.obtain();
        message.what = what;
        return postDelayed(() -> handleMessage(message), delayMillis);
    }

    public final void removeCallbacks(Runnable work) {
        looper.queue.remove(this, work);
    }

    public final void removeCallbacksAndMessages(Object token) {
        looper.queue.remove(this, null);
    }

    public final Looper getLooper() {
        return looper;
    }
}
