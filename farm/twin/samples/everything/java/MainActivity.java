package com.example.everything;

import android.accounts.AccountManager;
import android.app.Activity;
import android.app.ActivityManager;
import android.bluetooth.BluetoothAdapter;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.database.Cursor;
import android.hardware.Camera;
import android.hardware.camera2.CameraDevice;
import android.hardware.camera2.CameraManager;
import android.location.Location;
import android.location.LocationManager;
import android.media.AudioRecord;
import android.media.MediaRecorder;
import android.net.Uri;
import android.net.wifi.WifiManager;
import android.os.Build;
import android.os.Bundle;
import android.os.SystemProperties;
import android.provider.CallLog;
import android.provider.ContactsContract;
import android.provider.MediaStore;
import android.provider.Settings;
import android.provider.Telephony;
import android.telephony.SubscriptionManager;
import android.telephony.TelephonyManager;
import android.util.Log;
import android.widget.TextView;
import com.bun.miitmdid.core.MdidSdkHelper;
import com.example.kit.Ui;
import java.net.NetworkInterface;
import java.util.concurrent.Callable;

/** Calls each API that reads personal information once, and says what it got. */
public class MainActivity extends Activity {
    private final StringBuilder answers = new StringBuilder();
    private TextView shown;

    @Override
    protected void onCreate(Bundle savedInstanceState) {
        super.onCreate(savedInstanceState);
        shown = Ui.text(this, R.id.answers, "", 10);
        setContentView(Ui.column(this,
                Ui.title(this, R.id.title, "接口测试"),
                Ui.button(this, R.id.btn_read, "全部读取", this::readAll),
                shown));
    }

    private void attempt(String name, Callable<?> call) {
        String answer;
        try {
            answer = String.valueOf(call.call());
        } catch (Exception e) {
            answer = e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        answers.append(name).append('=').append(answer).append('\n');
        Log.i("Everything", name + "=" + answer);
    }

    private void readAll() {
        answers.setLength(0);
        telephony();
        device();
        network();
        place();
        content();
        system();
        media();
        answers.append("完成");
        shown.setText(answers.toString());
        Log.i("Everything", "done");
    }

    private void telephony() {
        TelephonyManager phone = (TelephonyManager) getSystemService(Context.TELEPHONY_SERVICE);
        SubscriptionManager sims =
                (SubscriptionManager) getSystemService(Context.TELEPHONY_SUBSCRIPTION_SERVICE);
        attempt("getDeviceId", phone::getDeviceId);
        attempt("getImei", phone::getImei);
        attempt("getImei2", () -> phone.getImei(1));
        attempt("getMeid", phone::getMeid);
        attempt("getSubscriberId", phone::getSubscriberId);
        attempt("getSimSerialNumber", phone::getSimSerialNumber);
        attempt("getIccId", () -> sims.getActiveSubscriptionInfoList().get(0).getIccId());
        attempt("getLine1Number", phone::getLine1Number);
        attempt("getCellLocation", phone::getCellLocation);
        attempt("getAllCellInfo", phone::getAllCellInfo);
    }

    private void device() {
        attempt("getSerial", Build::getSerial);
        attempt("ro.serialno", () -> SystemProperties.get("ro.serialno"));
        attempt("android_id", () -> Settings.Secure.getString(
                getContentResolver(), Settings.Secure.ANDROID_ID));
        attempt("system.android_id",
                () -> Settings.System.getString(getContentResolver(), "android_id"));
        attempt("bluetooth_address", () -> Settings.Secure.getString(
                getContentResolver(), Settings.Secure.BLUETOOTH_ADDRESS));
        MdidSdkHelper.InitSdk(this, false, supplier -> attempt("oaid", supplier::getOAID));
    }

    private void network() {
        WifiManager wifi = (WifiManager) getSystemService(Context.WIFI_SERVICE);
        attempt("wifi.mac", () -> wifi.getConnectionInfo().getMacAddress());
        attempt("wlan0", () -> {
            byte[] address = NetworkInterface.getByName("wlan0").getHardwareAddress();
            return address == null ? null : new java.math.BigInteger(1, address).toString(16);
        });
        attempt("interfaces", () -> NetworkInterface.networkInterfaces()
                .map(NetworkInterface::getName)
                .collect(java.util.stream.Collectors.joining(",")));
        attempt("ssid", () -> wifi.getConnectionInfo().getSSID());
        attempt("bssid", () -> wifi.getConnectionInfo().getBSSID());
        attempt("scan", () -> wifi.getScanResults().size());
        attempt("bluetooth", () -> BluetoothAdapter.getDefaultAdapter().getAddress());
    }

    private void place() {
        LocationManager places = (LocationManager) getSystemService(Context.LOCATION_SERVICE);
        attempt("last_known", () -> {
            Location place = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
            return place.getLatitude() + "," + place.getLongitude();
        });
        attempt("updates", () -> {
            places.requestLocationUpdates(LocationManager.NETWORK_PROVIDER, 1000, 1,
                    place -> Log.i("Everything", "place"));
            return "asked";
        });
    }

    private int rows(Uri uri) {
        try (Cursor cursor = getContentResolver().query(uri, null, null, null, null)) {
            return cursor == null ? -1 : cursor.getCount();
        }
    }

    private void content() {
        attempt("contacts", () -> rows(ContactsContract.CommonDataKinds.Phone.CONTENT_URI));
        attempt("call_log", () -> rows(CallLog.Calls.CONTENT_URI));
        attempt("sms", () -> rows(Telephony.Sms.CONTENT_URI));
        attempt("calendar", () -> rows(Uri.parse("content://com.android.calendar/events")));
        attempt("images", () -> rows(MediaStore.Images.Media.EXTERNAL_CONTENT_URI));
        attempt("clipboard", () -> {
            ClipData clip = ((ClipboardManager) getSystemService(Context.CLIPBOARD_SERVICE))
                    .getPrimaryClip();
            return clip == null ? null : clip.getItemAt(0).getText();
        });
    }

    private void system() {
        ActivityManager running = (ActivityManager) getSystemService(Context.ACTIVITY_SERVICE);
        attempt("packages", () -> getPackageManager().getInstalledPackages(0).size());
        attempt("applications", () -> getPackageManager().getInstalledApplications(0).size());
        attempt("activities", () -> getPackageManager().queryIntentActivities(
                new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER), 0).size());
        attempt("processes", () -> running.getRunningAppProcesses().size());
        attempt("tasks", () -> running.getRunningTasks(1).size());
        attempt("accounts", () -> AccountManager.get(this).getAccounts().length);
    }

    private void media() {
        attempt("camera", () -> {
            Camera.open().release();
            return "opened";
        });
        attempt("camera2", () -> {
            ((CameraManager) getSystemService(Context.CAMERA_SERVICE))
                    .openCamera("0", new Opened(), null);
            return "asked";
        });
        attempt("audio", () -> {
            AudioRecord record = new AudioRecord(MediaRecorder.AudioSource.MIC, 16000, 16, 2, 4096);
            record.startRecording();
            record.stop();
            return "recorded";
        });
        attempt("recorder", () -> {
            MediaRecorder recorder = new MediaRecorder();
            recorder.setAudioSource(MediaRecorder.AudioSource.MIC);
            recorder.start();
            recorder.stop();
            return "recorded";
        });
    }

    private static final class Opened extends CameraDevice.StateCallback {
        @Override
        public void onOpened(CameraDevice camera) {
            Log.i("Everything", "camera " + camera.getId());
        }

        @Override
        public void onError(CameraDevice camera, int error) {
            Log.w("Everything", "camera error " + error);
        }
    }
}
