package com.example.multiprocess;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.util.Log;

/** Comes to life with the phone, and brings the push process along. */
public class BootReceiver extends BroadcastReceiver {
    @Override
    public void onReceive(Context context, Intent intent) {
        Log.i("boot", String.valueOf(intent.getAction()));
        context.startService(new Intent(context, PushService.class));
    }
}
