/* Reads the words of a dialog of another program, or presses its first button: `dialog TITLE [press]`. */
#include <stdio.h>
#include <windows.h>

/* How long a program may take until it shows its dialog, in steps of 100 ms. */
#define STEPS 600

static BOOL CALLBACK say(HWND window, LPARAM said)
{
    WCHAR text[4096];
    char bytes[3 * 4096];
    /* Unlike GetWindowText, this asks controls of other programs too. */
    if (SendMessageW(window, WM_GETTEXT, 4096, (LPARAM)text) > 0
        && WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL)) {
        puts(bytes);
        *(BOOL *)said = TRUE;
    }
    return TRUE;
}

int wmain(int count, WCHAR **words)
{
    BOOL done = FALSE;
    for (int step = 0; !done && step < STEPS; step++) {
        if (step) Sleep(100);
        HWND dialog = FindWindowW(NULL, words[1]);
        /* It is there a moment before what it holds. */
        if (dialog && count == 2) {
            EnumChildWindows(dialog, say, (LPARAM)&done);
        } else if (dialog) {
            HWND button = FindWindowExW(dialog, NULL, L"Button", NULL);
            done = button && PostMessageW(button, BM_CLICK, 0, 0);
        }
    }
    return !done;
}
