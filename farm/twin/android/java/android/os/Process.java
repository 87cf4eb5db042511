package android.os;

import com.android.internal.os.AppProcess;
import com.android.internal.os.Binding;

/** The app's own process. */
public class Process {
    public static final int SIGNAL_KILL = 9;

    public static final int myPid() {
        return (int) ProcessHandle.current().pid();
    }

    public static final int myUid() {
        return Binding.uid();
    }

    public static final void killProcess(int pid) {
        if (pid == myPid()) {
            AppProcess.exit(0);
        }
    }

    public static String myProcessName() {
        return Binding.process();
    }
}
