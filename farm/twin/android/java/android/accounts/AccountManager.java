package android.accounts;

import android.Manifest.permission;
import android.content.Context;
import com.android.internal.os.Binding;

/** The accounts on the phone. */
public class AccountManager {
    public static AccountManager get(Context context) {
        return new AccountManager();
    }

    /** From Android 8 an app sees accounts that were shown to it only, and gets none otherwise. */
    public Account[] getAccounts() {
        return visible();
    }

    private static Account[] visible() {
        if (Binding.sdk() >= 26 && Binding.targetSdk() >= 26
                || !Binding.isGranted(permission.GET_ACCOUNTS)) {
            return new Account[0];
        }
        return new Account[] {new Account(Binding.identity("phone_number"), "com.example.account")};
    }

    public Account[] getAccountsByType(String type) {
        return java.util.Arrays.stream(visible())
                .filter(account -> account.type.equals(type))
                .toArray(Account[]::new);
    }
}
