package com.example.harvest;

import android.app.Application;

/** Collects as soon as the process lives. */
public class HarvestApplication extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        new Harvest(this).start();
    }
}
