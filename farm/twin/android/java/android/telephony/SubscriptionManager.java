package android.telephony;

import android.Manifest.permission;
import com.android.internal.os.Binding;
import java.util.Collections;
import java.util.List;

/** The SIMs in the phone. */
public class SubscriptionManager {
    public List<SubscriptionInfo> getActiveSubscriptionInfoList() {
        Binding.require("getActiveSubscriptionInfoList", permission.READ_PHONE_STATE);
        return Collections.singletonList(new SubscriptionInfo());
    }
}
