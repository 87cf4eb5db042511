package android.os;

import java.util.PriorityQueue;

/** What a looper has to do, by time. */
public final class MessageQueue {
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long order;
    private boolean quitting;

    static final class Entry implements Comparable<Entry> {
        final Object owner;
        final Runnable work;
        final long when;
        final long order;

        Entry(Object owner, Runnable work, long when, long order) {
            this.owner = owner;
            this.work = work;
            this.when = when;
            this.order = order;
        }

        @Override
        public int compareTo(Entry other) {
            return when != other.when ? Long.compare(when, other.when) : Long.compare(order, other.order);
        }
    }

    synchronized boolean add(Object owner, Runnable work, long delayMillis) {
        if (quitting) {
            return false;
        }
        long when = System.nanoTime() + Math.max(0, delayMillis) * 1_000_000;
        entries.add(new Entry(owner, work, when, order++));
        notifyAll();
        return true;
    }

    /** Removes an owner's work; all of it where none is named. */
    synchronized void remove(Object owner, Runnable work) {
        entries.removeIf(entry -> entry.owner == owner && (work == null || entry.work == work));
    }

    synchronized void quit() {
        quitting = true;
        notifyAll();
    }

    /** The next work when its time has come; null after the end. */
    synchronized Runnable next() {
        while (!quitting) {
            Entry first = entries.peek();
            long left = first == null ? 0 : first.when - System.nanoTime();
            if (first != null && left <= 0) {
                return entries.poll().work;
            }
            try {
                wait(first == null ? 0 : left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                // A looper's thread is not interrupted out of its loop.
            }
        }
        return null;
    }
}
