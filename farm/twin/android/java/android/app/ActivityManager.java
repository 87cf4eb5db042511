package android.app;

import android.content.ComponentName;
import com.android.internal.os.Binding;
import com.android.internal.os.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What runs on the phone. */
public class ActivityManager {
    /** A running process. */
    public static class RunningAppProcessInfo {
        public static final int IMPORTANCE_FOREGROUND = 100;
        public String processName;
        public int pid;
        public int uid;
        public int importance = IMPORTANCE_FOREGROUND;
        public String[] pkgList = new String[0];
    }

    /** A task of activities. */
    public static class RunningTaskInfo {
        public int id;
        public ComponentName topActivity;
        public ComponentName baseActivity;
    }

    /** A running service. */
    public static class RunningServiceInfo {
        public ComponentName service;
    }

    /** The phone's memory. */
    public static class MemoryInfo {
        public long totalMem = 6L << 30;
        public long availMem = 2L << 30;
    }

    public List<RunningAppProcessInfo> getRunningAppProcesses() {
        List<RunningAppProcessInfo> running = new ArrayList<>();
        for (Object item : (List<?>) Link.call("activity", "processes")) {
            Map<?, ?> process = (Map<?, ?>) item;
            RunningAppProcessInfo info = new RunningAppProcessInfo();
            info.processName = String.valueOf(process.get("name"));
            info.pid = ((Number) process.get("pid")).intValue();
            info.uid = ((Number) process.get("uid")).intValue();
            info.pkgList = new String[] {info.processName.split(":")[0]};
            running.add(info);
        }
        return running;
    }

    /** Since Android 5 an app sees its own tasks only. */
    public List<RunningTaskInfo> getRunningTasks(int maxNum) {
        List<RunningTaskInfo> tasks = new ArrayList<>();
        Activity top = ActivityStack.top();
        if (top != null && maxNum > 0) {
            RunningTaskInfo info = new RunningTaskInfo();
            info.id = 1;
            info.topActivity = new ComponentName(Binding.packageName(), top.getClass().getName());
            info.baseActivity = info.topActivity;
            tasks.add(info);
        }
        return tasks;
    }

    public List<RunningServiceInfo> getRunningServices(int maxNum) {
        return new ArrayList<>();
    }

    public void getMemoryInfo(MemoryInfo info) {
        info.totalMem = 6L << 30;
    }
}
