package com.example.eager;

import android.app.Application;

/** Collects as soon as the process lives. */
public class EagerApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        new DeviceReporter(this).report();
    }
}
