package android.telephony;

/** A cell the phone hears. */
public abstract class CellInfo {
    public boolean isRegistered() {
        return true;
    }
}
