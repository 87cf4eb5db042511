package android.telephony;

import android.Manifest.permission;
import android.telephony.gsm.GsmCellLocation;
import com.android.internal.os.Binding;
import java.util.Collections;
import java.util.List;

/** The phone's radio: identifiers of the device, the subscriber and the cell. */
public class TelephonyManager {
    public static final int PHONE_TYPE_GSM = 1;
    public static final int NETWORK_TYPE_LTE = 13;
    public static final int SIM_STATE_READY = 5;

    public String getDeviceId() {
        return device("getDeviceId", "imei");
    }

    public String getDeviceId(int slotIndex) {
        return device("getDeviceId", slotIndex == 0 ? "imei" : slotIndex == 1 ? "imei2" : "");
    }

    public String getImei() {
        return device("getImei", "imei");
    }

    public String getImei(int slotIndex) {
        return device("getImei", slotIndex == 0 ? "imei" : slotIndex == 1 ? "imei2" : "");
    }

    public String getMeid() {
        return device("getMeid", "meid");
    }

    public String getMeid(int slotIndex) {
        return device("getMeid", slotIndex == 0 ? "meid" : "");
    }

    public String getSubscriberId() {
        return device("getSubscriberId", "imsi");
    }

    public String getSimSerialNumber() {
        return device("getSimSerialNumber", "iccid");
    }

    public String getLine1Number() {
        Binding.require("getLine1Number", permission.READ_PHONE_STATE, permission.READ_SMS,
                permission.READ_PHONE_NUMBERS);
        return Binding.identity("phone_number");
    }

    public String getVoiceMailNumber() {
        Binding.require("getVoiceMailNumber", permission.READ_PHONE_STATE);
        return null;
    }

    public String getNetworkOperator() {
        return orEmpty("operator");
    }

    public String getSimOperator() {
        return orEmpty("operator");
    }

    public String getNetworkOperatorName() {
        switch (orEmpty("operator")) {
            case "46001":
                return "China Unicom";
            case "46003":
            case "46011":
                return "China Telecom";
            default:
                return "CHINA MOBILE";
        }
    }

    public String getSimOperatorName() {
        return getNetworkOperatorName();
    }

    public String getNetworkCountryIso() {
        return "cn";
    }

    public String getSimCountryIso() {
        return "cn";
    }

    public int getPhoneType() {
        return PHONE_TYPE_GSM;
    }

    public int getNetworkType() {
        return NETWORK_TYPE_LTE;
    }

    public int getSimState() {
        return SIM_STATE_READY;
    }

    public CellLocation getCellLocation() {
        Binding.require("getCellLocation", permission.ACCESS_FINE_LOCATION,
                permission.ACCESS_COARSE_LOCATION);
        return new GsmCellLocation(cell() & 0xffff, cell() >>> 4);
    }

    public List<CellInfo> getAllCellInfo() {
        Binding.require("getAllCellInfo", permission.ACCESS_FINE_LOCATION,
                permission.ACCESS_COARSE_LOCATION);
        return Collections.singletonList(new CellInfoLte(cell() >>> 4, cell() & 0xffff));
    }

    /**
     * Identifiers that no reset changes. Until Android 9 READ_PHONE_STATE opens them. From 10 only
     * privileged apps read them: others get null if they target 28 or less and hold the permission,
     * else a SecurityException (Android 10 privacy changes, "Non-resettable device identifiers").
     */
    private static String device(String method, String key) {
        if (Binding.sdk() < 29) {
            Binding.require(method, permission.READ_PHONE_STATE);
            return Binding.identity(key);
        }
        if (Binding.isGranted(permission.READ_PRIVILEGED_PHONE_STATE)) {
            return Binding.identity(key);
        }
        if (Binding.targetSdk() < 29) {
            Binding.require(method, permission.READ_PHONE_STATE);
            return null;
        }
        throw new SecurityException(method + ": The user " + Binding.uid()
                + " does not meet the requirements to access device identifiers.");
    }

    private static String orEmpty(String key) {
        String value = Binding.identity(key);
        return value == null ? "" : value;
    }

    private static int cell() {
        String imsi = Binding.identity("imsi");
        return (imsi == null ? 0 : imsi.hashCode()) & 0x0fffffff;
    }
}
