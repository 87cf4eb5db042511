package android.os;

/** A thread's message loop. */
public final class Looper {
    private static final ThreadLocal<Looper> CURRENT = new ThreadLocal<>();
    private static volatile Looper main;

    final MessageQueue queue = new MessageQueue();
    private final Thread thread = Thread.currentThread();

    private Looper() {}

    public static void prepare() {
        if (CURRENT.get() != null) {
            throw new RuntimeException("Only one Looper may be created per thread");
        }
        CURRENT.set(new Looper());
    }

    public static void prepareMainLooper() {
        prepare();
        main = CURRENT.get();
    }

    public static Looper getMainLooper() {
        return main;
    }

    public static Looper myLooper() {
        return CURRENT.get();
    }

    public static void loop() {
        Looper looper = CURRENT.get();
        if (looper == null) {
            throw new RuntimeException("No Looper; Looper.prepare() wasn't called on this thread.");
        }
        for (Runnable next = looper.queue.next(); next != null; next = looper.queue.next()) {
            next.run();
        }
    }

    public Thread getThread() {
        return thread;
    }

    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    public void quit() {
        queue.quit();
    }
}
