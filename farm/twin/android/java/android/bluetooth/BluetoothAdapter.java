package android.bluetooth;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** Bluetooth. */
public final class BluetoothAdapter {
    private static final BluetoothAdapter DEFAULT = new BluetoothAdapter();

    private BluetoothAdapter() {}

    public static BluetoothAdapter getDefaultAdapter() {
        return DEFAULT;
    }

    /** Since Android 6 the real address needs LOCAL_MAC_ADDRESS, which apps do not get. */
    public String getAddress() {
        Binding.require("Need BLUETOOTH permission", permission.BLUETOOTH, permission.BLUETOOTH_CONNECT);
        return Binding.isGranted(permission.LOCAL_MAC_ADDRESS)
                ? Binding.identity("bluetooth_mac")
                : "02:00:00:00:00:00";
    }

    public String getName() {
        Binding.require("Need BLUETOOTH permission", permission.BLUETOOTH, permission.BLUETOOTH_CONNECT);
        return Binding.text("model");
    }

    public boolean isEnabled() {
        return true;
    }
}
