export type Choice = 'auto' | 'light' | 'dark';
const KEY = 'detour-theme';
const CHOICES: Choice[] = ['auto', 'light', 'dark'];

/** Light or dark: as the machine has it, or as the reader chose. */
class Theme {
  choice = $state<Choice>(CHOICES.find((each) => each === localStorage.getItem(KEY)) ?? 'auto');
  private systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    this.show();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      this.systemDark = event.matches;
    });
  }

  get dark() {
    return this.choice === 'auto' ? this.systemDark : this.choice === 'dark';
  }

  next() {
    this.choice = CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? 'auto';
    localStorage.setItem(KEY, this.choice);
    this.show();
  }

  private show() {
    document.documentElement.dataset.theme = this.choice;
  }
}

export const theme = new Theme();
