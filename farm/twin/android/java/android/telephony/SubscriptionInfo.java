package android.telephony;

import com.android.internal.os.Binding;

/** One SIM. */
public class SubscriptionInfo {
    public String getIccId() {
        return Binding.sdk() < 29 ? Binding.identity("iccid") : "";
    }

    public String getNumber() {
        return Binding.identity("phone_number");
    }

    public int getSimSlotIndex() {
        return 0;
    }
}
